"""What is made of a result: recipes, files, sheets, animations."""
