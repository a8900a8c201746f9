bandit() { true; }
