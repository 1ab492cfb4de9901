"""The privacy attacks that what leaves the tag must survive: on synthetic wearers, and tracks."""
