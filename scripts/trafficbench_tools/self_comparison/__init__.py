"""What launches of one program say when they are compared with each other: nothing changed, so that every change found is wrong."""
