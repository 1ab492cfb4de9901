"""Orders: from a person's TOML and GeoJSON to the signed policy that a tag obeys."""
