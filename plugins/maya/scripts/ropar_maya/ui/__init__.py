"""The window. It calls the commands, so that whatever it does can be scripted and undone."""
