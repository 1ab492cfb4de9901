"""What is done with a tag on the bench: so far, its registration."""
