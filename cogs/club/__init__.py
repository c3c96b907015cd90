"""The club's face: commands, buttons, forms and cards of a listening week."""
