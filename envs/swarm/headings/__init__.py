"""The engine of Kuramoto and Vicsek: agents on a torus that turn an angle."""
