"""Maps of pathfinding: generators, drawings, MovingAI files and the bundled ones."""
