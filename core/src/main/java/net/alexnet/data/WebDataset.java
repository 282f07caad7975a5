package net.alexnet.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import module java.base;
import net.alexnet.io.AtomicFiles;

/// Pictures in tars, as WebDataset and programs like it write them: a sample's files follow each other and have the same
/// name up to its first dot.
///
/// ```
/// 000123.jpg      the picture; .jpeg, .png or .webp too
/// 000123.cls      its label: a number or the name of a class; or in its place
/// 000123.json     an object that has the label as "label", "cls", "class", "class_name", "label_name" or "category", or
/// 000123.txt      the name of the class
/// ```
///
/// Nothing is unpacked, see [TarSamples]. Names of numbered classes are taken from `classes.txt` beside the tars; without it, a
/// name in JSON comes before a number. Parts are
/// told apart as [SourceFiles] says.
record WebDataset(SourceFiles tars, Path source) implements Datasets.Format {
    private static final Set<String> PICTURES = Set.of("jpg", "jpeg", "png", "webp");
    private static final List<String> LABELS = List.of("cls", "json", "txt"); // the first that is there counts
    private static final List<String> FIELDS = List.of("label", "cls", "class", "class_name", "label_name", "category");
    private static final List<String> NAMES_FIRST = List.of("class_name", "label_name", "label", "cls", "class",
            "category");
    private static final int MOST_LABEL_BYTES = 1 << 20;

    /// Whether a file's name is one of a label.
    static boolean isLabel(String name) {
        return LABELS.contains(ending(name));
    }

    private static String ending(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /// The tars of a folder, a tar, or those that a pattern names.
    static WebDataset in(Path source) throws IOException {
        return new WebDataset(SourceFiles.of(source, name -> name.endsWith(".tar")), source);
    }

    @Override
    public boolean present() {
        return !tars.isEmpty();
    }

    @Override
    public Dataset open(TrainValidationSplit rule, List<String> classNames) throws IOException {
        return images(Set.of(SourcePart.values())).dataset(rule, ClassNames.in(tars.root()), classNames);
    }

    @Override
    public EvaluationSet openForEvaluation(List<String> classNames, List<String> wnids) throws IOException {
        Set<SourcePart> parts = tars.parts().keySet();
        return images(SourcePart.evaluated(parts)).evaluation(ClassNames.in(tars.root()), classNames, wnids);
    }

    private LabeledImages images(Set<SourcePart> parts) throws IOException {
        LabeledImages images = new LabeledImages(source.toString());
        List<String> fields = ClassNames.in(tars.root()).isPresent() ? FIELDS : NAMES_FIRST;
        for (Map.Entry<SourcePart, List<Path>> part : tars.parts().entrySet()) {
            for (Path tar : parts.contains(part.getKey()) ? part.getValue() : List.<Path>of()) {
                images.add(part.getKey(), samples(tar, images, fields));
            }
        }
        if (images.isEmpty()) {
            throw new DatasetException(
                    source + " holds no pictures: no file in it ends with .jpg, .jpeg, .png or .webp");
        }
        return images;
    }

    /// Files with the same name up to its first dot.
    private static final class Group {
        private Optional<TarSamples.Member> picture = Optional.empty();
        private final Map<String, TarSamples.Member> labels = new HashMap<>();
    }

    private List<Sample> samples(Path tar, LabeledImages images, List<String> fields) throws IOException {
        Map<String, Group> groups = new LinkedHashMap<>();
        TarSamples samples = new TarSamples(tar);
        for (TarSamples.Member member : samples.members()) {
            int dot = member.path().length() - member.name().length() + member.name().indexOf('.');
            String last = ending(member.name());
            boolean isLabel = LABELS.contains(last);
            if (dot < 0 || (!isLabel && !PICTURES.contains(last))) {
                continue;
            }
            Group group = groups.computeIfAbsent(member.path().substring(0, dot), _ -> new Group());
            Optional<TarSamples.Member> before = isLabel
                    ? Optional.ofNullable(group.labels.put(last, member))
                    : group.picture;
            if (before.isPresent()) {
                throw new DatasetException(tar + " holds two files for one sample, " + before.get().path() + " and "
                        + member.path() + "; expected one picture and one label of each name");
            }
            group.picture = isLabel ? group.picture : Optional.of(member);
        }
        List<String> names = new ArrayList<>();
        String prefix = tars.name(tar) + "/";
        try (RandomAccessFile file = new RandomAccessFile(tar.toFile(), "r")) {
            for (Group group : groups.values()) {
                if (group.picture.isEmpty()) {
                    images.leaveOut(prefix + group.labels.values().iterator().next().path());
                } else {
                    String name = prefix + group.picture.get().path();
                    samples.add(group.picture.get(), images.code(label(file, group, name, fields), name), names.size());
                    names.add(name);
                }
            }
        }
        return samples.samples(i -> names.get(samples.number(i)));
    }

    /// @param fields of JSON, the first that is there counts
    private static String label(RandomAccessFile tar, Group group, String picture, List<String> fields)
            throws IOException {
        TarSamples.Member member = LABELS.stream().flatMap(kind -> Stream.ofNullable(group.labels.get(kind)))
                .findFirst()
                .orElseThrow(() -> new DatasetException(picture + " has no label; expected a file of the same name"
                        + " with .cls, .json or .txt beside it in the tar"));
        if (member.size() > MOST_LABEL_BYTES) {
            throw new DatasetException(picture + " has a label of " + member.size() + " bytes in " + member.name()
                    + "; expected a number or the name of a class");
        }
        byte[] bytes = new byte[(int) member.size()];
        try {
            tar.seek(member.offset());
            tar.readFully(bytes);
        } catch (IOException e) {
            throw new IOException("reading " + picture + " failed: " + AtomicFiles.reason(e), e);
        }
        return member.name().toLowerCase(Locale.ROOT).endsWith(".json")
                ? field(bytes, picture, fields)
                : text(bytes, picture);
    }

    /// Two labels that are not UTF-8 would become one class.
    private static String text(byte[] bytes, String picture) throws DatasetException {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text; // a byte order mark, as editors of Windows write
        } catch (CharacterCodingException e) {
            throw new DatasetException(picture + " has a label that is not UTF-8; save the labels in UTF-8", e);
        }
    }

    private static String field(byte[] bytes, String picture, List<String> fields) throws IOException {
        JsonNode json;
        try {
            json = Json.COMPACT.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new DatasetException("the JSON beside " + picture + " cannot be understood: " + Json.reason(e), e);
        }
        List<JsonNode> found = json.isObject() ? fields.stream().map(json::path).toList() : List.of(json);
        return found.stream().filter(node -> node.isTextual() || node.isIntegralNumber()).findFirst().orElseThrow(
                () -> new DatasetException("the JSON beside " + picture + " has no label; expected one of the fields "
                        + String.join(", ", fields) + " with a number or the name of a class"))
                .asText();
    }
}
