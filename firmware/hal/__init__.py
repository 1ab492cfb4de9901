"""The hardware: the only imports of machine, network and rp2. Nothing of ours is imported here."""
