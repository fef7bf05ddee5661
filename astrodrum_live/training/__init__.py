"""Making a model: data, objectives, loop, scores. Imports ``model`` and nothing else of ours."""
