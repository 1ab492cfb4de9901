"""What survives a power cut: files on LittleFS under a root that is handed in."""
