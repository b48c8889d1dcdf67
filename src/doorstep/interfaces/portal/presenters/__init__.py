"""Domain objects become plain data for templates: texts, links and flags; no queries."""
