"""Files made from results: pictures with recipes, contact sheets, archives, animations."""
