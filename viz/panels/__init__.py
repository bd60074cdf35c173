"""One panel a file: draw(scene, facts) -> scene."""
