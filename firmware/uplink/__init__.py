"""From the outbox to the collector, over a stream that is handed in."""
