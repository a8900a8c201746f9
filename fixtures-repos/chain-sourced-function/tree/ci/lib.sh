run_lint() {
  bandit -r src
}
