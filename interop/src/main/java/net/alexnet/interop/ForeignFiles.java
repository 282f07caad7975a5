package net.alexnet.interop;

import module java.base;
import net.alexnet.inference.Model;
import net.alexnet.inference.ModelExporter;
import net.alexnet.interop.Exporter.Format;

/// The exporter that other modules find by [java.util.ServiceLoader]: every [Format] by its extension, in its usual layout.
public final class ForeignFiles implements ModelExporter {
    @Override
    public List<String> extensions() {
        return Arrays.stream(Format.values()).map(format -> format.extensions().getFirst()).toList();
    }

    @Override
    public void write(Path target, Model.Stored model) throws IOException {
        Format format = Format.of(target).orElseThrow(() -> new IllegalArgumentException("the extension of " + target
                + " names no format; it must be one of " + String.join(", ", extensions())));
        Exporter.write(target, model, Exporter.usual(model.card(), format), format);
    }
}
