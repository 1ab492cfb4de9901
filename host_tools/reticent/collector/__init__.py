"""The collector: takes sealed envelopes, stores them, acks them. It can open nothing."""
