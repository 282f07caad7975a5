package net.alexnet.interop;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Published weights by name.
public record Catalogue(List<CatalogueEntry> entries) {
    private static final ObjectMapper YAML = JsonMapper.builder(new YAMLFactory())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
            .build();

    public Catalogue {
        entries = List.copyOf(entries);
        Set<String> names = new HashSet<>();
        for (CatalogueEntry entry : entries) {
            if (!names.add(entry.name())) {
                throw new IllegalArgumentException("two entries are named '" + entry.name() + "'");
            }
        }
    }

    /// The one that comes with the program.
    public static Catalogue standard() {
        try (InputStream in = Objects.requireNonNull(Catalogue.class.getResourceAsStream("catalogue.yaml"))) {
            return parse("the catalogue", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// One that a user wrote.
    ///
    /// @throws IOException if it cannot be read, or an entry lacks something or makes no sense
    public static Catalogue read(Path file) throws IOException {
        return parse(file.toString(), Files.readString(file));
    }

    private static Catalogue parse(String where, String yaml) throws IOException {
        try {
            return new Catalogue(YAML.readValue(yaml, new TypeReference<List<CatalogueEntry>>() {}));
        } catch (ValueInstantiationException e) {
            throw new IOException(where + ": " + Objects.requireNonNull(e.getCause()).getMessage(), e);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new IOException(where + ", line " + line + ": "
                    + e.getOriginalMessage().lines().findFirst().orElse("not readable"), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(where + ": " + e.getMessage(), e);
        }
    }

    public Optional<CatalogueEntry> find(String name) {
        return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    public String names() {
        return entries.stream().map(CatalogueEntry::name).collect(Collectors.joining(", "));
    }
}
