. ./a.sh
bandit -r src
