// Does not parse when it is loaded.
throw new SyntaxError("Unexpected token");
