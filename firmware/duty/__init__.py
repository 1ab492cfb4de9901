"""The tag's tasks: logic, storage and uplink joined. The hardware is handed in by main.py."""
