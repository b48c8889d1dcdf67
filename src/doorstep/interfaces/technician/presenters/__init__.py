"""What the technician's pages show, as plain data for their templates."""
