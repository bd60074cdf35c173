"""The seed gallery: a contact sheet of seeds at the present settings, to sort, star, reject and export."""
