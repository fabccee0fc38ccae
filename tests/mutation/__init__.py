"""Small changes of the code, one at a time: the tests have to see each."""
