package net.alexnet.server.service;

import module java.base;

/// A model to serve, and the name that clients call it by.
///
/// @param name letters, digits, `.`, `_` and `-`, but not `stats`
/// @param path as for [net.alexnet.train.ModelFile#find]
public record ModelSpec(String name, Path path) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");
    private static final Pattern KNOWN_EXTENSION = Pattern.compile("\\.(safetensors|pth|pt|onnx|caffemodel|keras|h5)$");

    public ModelSpec {
        if (name.equals("stats")) {
            throw new IllegalArgumentException(
                    "no model can have the name 'stats', as /v2/models/stats is the statistics"
                            + " of all. Give it another: NAME=" + path);
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a model's name has letters, digits, '.', '_' and '-', found '" + name
                    + "'. Give it one: NAME=" + path);
        }
    }

    /// Reads `NAME=PATH`, or a path that gives the name: its last part without the extension.
    public static ModelSpec parse(String text) {
        int equals = text.indexOf('=');
        if (equals > 0 && !Files.exists(Path.of(text))) {
            return new ModelSpec(text.substring(0, equals), Path.of(text.substring(equals + 1)));
        }
        Path path = Path.of(text);
        Path last = path.toAbsolutePath().normalize().getFileName();
        String name = last == null ? "" : KNOWN_EXTENSION.matcher(last.toString()).replaceFirst("");
        return new ModelSpec(name, path);
    }
}
