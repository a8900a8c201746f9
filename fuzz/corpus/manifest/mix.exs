defmodule X.MixProject do
  defp deps do
    [{:credo, "~> 1.0", only: [:dev], runtime: false}]
  end
end
