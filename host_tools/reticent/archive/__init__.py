"""What opens sealed envelopes, and the log of every opening."""
