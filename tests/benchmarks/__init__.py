"""What `tools/bench` measures. Nothing in here is run by the tests."""
