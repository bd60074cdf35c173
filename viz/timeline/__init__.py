"""The timeline: lanes, menus, walks, constant speed and film export."""
