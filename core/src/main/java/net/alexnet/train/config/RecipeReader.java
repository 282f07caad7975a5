package net.alexnet.train.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonNode.OverwriteMode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import module java.base;
import net.alexnet.io.DidYouMean;

/// Reads recipes from YAML, and writes them.
///
/// A file contains the differences from [Recipe#standard()]: its keys replace those values one by one. `network` and
/// `schedule` are replaced as a whole; they start from the defaults of their own `variant` and `type`.
public final class RecipeReader {
    private static final Set<String> WHOLE = Set.of("network", "schedule");
    private static final String FINETUNE = "finetune"; // a group that other recipes do not have

    private static final String TYPES = "one of constant, steps, plateau, polynomial, warmup"; // of Schedule

    private static final ObjectMapper YAML = JsonMapper.builder(
            YAMLFactory.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.USE_NATIVE_TYPE_ID) // `type: steps`, as a user writes it
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES,
                            YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private RecipeReader() {}

    /// Reads a recipe.
    ///
    /// @param where the file's name, for messages
    /// @param yaml its text
    /// @param settings further keys by their dotted path (`optimizer.learning_rate`), which override the file
    /// @throws RecipeException if a key is unknown, a value is of the wrong kind or out of range
    public static Recipe read(String where, String yaml, Map<String, String> settings) {
        try {
            JsonNode file = YAML.readTree(yaml);
            if (!(file instanceof ObjectNode tree)) {
                throw new RecipeException(where + ": expected keys such as 'network:' and 'epochs:', found no mapping");
            }
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                set(tree, setting.getKey(), YAML.readTree(setting.getValue()));
            }
            ObjectNode whole = YAML.valueToTree(Recipe.standard());
            if (tree.has(FINETUNE)) {
                whole.set(FINETUNE, YAML.valueToTree(FineTuneConfig.standard()));
            }
            merge(tree, whole);
            requireValues(where, "", whole);
            return YAML.treeToValue(whole, Recipe.class);
        } catch (JsonProcessingException e) {
            throw new RecipeException(where + ": " + explain(e));
        }
    }

    /// The whole recipe with every key, as YAML that [#read] accepts.
    public static String write(Recipe recipe) {
        try {
            return YAML.writeValueAsString(recipe);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Every key of a recipe by its dotted path, with its value as JSON has it, and texts as they are. A list is one value.
    public static Map<String, String> keys(Recipe recipe) {
        Map<String, String> keys = new LinkedHashMap<>();
        add(keys, "", YAML.valueToTree(recipe));
        return keys;
    }

    private static void add(Map<String, String> keys, String path, JsonNode node) {
        if (node.isObject() && !node.isEmpty()) {
            node.properties().forEach(entry -> add(keys,
                    path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue()));
        } else {
            keys.put(path, node.isTextual() ? node.asText() : node.toString());
        }
    }

    private static String pointer(String path) {
        return "/" + path.replace('.', '/');
    }

    private static void set(ObjectNode tree, String path, JsonNode value) {
        int dot = path.lastIndexOf('.');
        ObjectNode group = dot < 0
                ? tree
                : tree.withObject(JsonPointer.compile(pointer(path.substring(0, dot))), OverwriteMode.ALL, false);
        group.set(path.substring(dot + 1), value);
    }

    private static void merge(ObjectNode changes, ObjectNode target) {
        for (Map.Entry<String, JsonNode> entry : changes.properties()) {
            JsonNode old = target.get(entry.getKey());
            if (!WHOLE.contains(entry.getKey())
                    && old instanceof ObjectNode deeper
                    && entry.getValue() instanceof ObjectNode given) {
                merge(given, deeper);
            } else {
                target.set(entry.getKey(), entry.getValue());
            }
        }
    }

    private static void requireValues(String where, String path, JsonNode node) {
        if (node.isNull() || node.isMissingNode()) {
            throw new RecipeException(where + ": " + path + " has no value; give it one, or leave the key out");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            requireValues(where, path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue());
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            requireValues(where, path + ".[" + i + "]", node.get(i));
        }
    }

    // --- messages --------------------------------------------------------------------------------------------------

    private static String explain(JsonProcessingException e) {
        String path = e instanceof JsonMappingException mapping ? path(mapping) : "";
        return switch (e) {
            case UnrecognizedPropertyException unknown -> {
                List<String> known = unknown.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList();
                String group = path.substring(0, path.lastIndexOf('.') + 1);
                String nearest = DidYouMean.to(unknown.getPropertyName(), known)
                        .map(name -> "did you mean '" + group + name + "'? ").orElse("");
                yield "unknown key '" + path + "'; " + nearest + "Known here: "
                        + (known.isEmpty() ? "none" : String.join(", ", known));
            }
            case ValueInstantiationException refused when refused
                    .getCause() instanceof IllegalArgumentException cause ->
                (path.isEmpty() ? "" : path + ".") + cause.getMessage();
            case InvalidTypeIdException unknown ->
                path + ".type must be " + TYPES
                        + (unknown.getTypeId() == null ? "" : ", found '" + unknown.getTypeId() + "'");
            case InvalidFormatException wrong ->
                path + " must be " + kind(wrong.getTargetType()) + ", found '" + wrong.getValue() + "'";
            case MismatchedInputException trailing when path.isEmpty() ->
                "a second document begins at line " + trailing.getLocation().getLineNr() + "; a recipe is one";
            case MismatchedInputException mismatched -> path + " must be " + kind(mismatched.getTargetType());
            case JsonMappingException other -> path + ": " + firstLine(other);
            default -> firstLine(e)
                    + (e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")");
        };
    }

    private static String kind(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants()).map(value -> String.valueOf(value).toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return switch (type.getSimpleName()) {
            case "int", "long", "Integer", "Long" -> "a whole number";
            case "double", "Double" -> "a number";
            case "boolean", "Boolean" -> "true or false";
            case "String" -> "a text";
            default -> "a group of keys";
        };
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
    }

    private static String firstLine(JsonProcessingException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("not readable");
    }
}
