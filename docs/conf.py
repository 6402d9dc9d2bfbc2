"""How Sphinx makes the site: `sphinx-build -W -c docs . out/site`, in the project's folder.

The source is the whole project, so that a link leads to the same page as on a forge.
"""

project = "models-lock"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**", "benchmarks/README.md", "examples/**/README.md"]
exclude_patterns = ["README.md"]
myst_heading_anchors = 3
suppress_warnings = ["toc.not_included"]  # decisions are reached by their table; a test looks for what is not reached
html_theme = "furo"
html_title = "models-lock"
html_show_copyright = False
