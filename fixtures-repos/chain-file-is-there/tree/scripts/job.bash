run_scan() {
  bandit -r src
}
