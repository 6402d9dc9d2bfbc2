"""Values as text for other programs: shells, pages, other people's formats."""
