"""Making a model: data, objectives, the loop, its scores. Imports ``model`` and nothing else of ours."""
