"""What the pictures are drawn with: fields, colours, curves, surfaces, strokes, stones and threads."""
