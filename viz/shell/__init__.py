"""Application window: frame loop, bars, docking layout, table of panels, dialogs and the error guard."""
