package net.alexnet.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import module java.base;
import net.alexnet.data.image.UnreadableImageException;
import net.alexnet.io.RegularFile;

/// A CSV file that lists pictures (RFC 4180, UTF-8). The first line names the columns, in any order; others may be there.
///
/// ```
/// path,label,split
/// photos/1.jpg,ant,train
/// "photos/2, again.jpg",bee,val
/// ```
///
/// - `path`, or `file`, `filename`, `file_name`, `image`: a path below the folder of the CSV file, or an absolute path. A
///   relative path may not lead out of that folder.
/// - `label`, or `class`: the name of a class, or if all are numbers, an index into the classes of `classes.txt`.
/// - `split` is optional: `train`, `val` or `test`, or other usual names of these.
///
/// A file that is not there counts as an unreadable picture.
record CsvManifest(Path file) implements Datasets.Format {
    private static final List<String> PATH = List.of("path", "file", "filename", "file_name", "image");
    private static final List<String> LABEL = List.of("label", "class");
    private static final List<String> SPLIT = List.of("split");
    private static final long MOST_BYTES = 1L << 30;
    private static final int HEADER_BYTES = 1 << 16; // many times a first line
    private static final CsvMapper CSV = CsvMapper.builder().enable(CsvParser.Feature.WRAP_AS_ARRAY)
            .enable(CsvParser.Feature.SKIP_EMPTY_LINES).build();

    @Override
    public boolean present() {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".csv") && Files.isRegularFile(file);
    }

    /// Whether the first line names a column of paths and one of labels.
    boolean isList() {
        if (!present()) {
            return false;
        }
        try (InputStream in = RegularFile.open(file)) {
            String start = new String(in.readNBytes(HEADER_BYTES), StandardCharsets.UTF_8);
            Reader line = new StringReader(start.lines().findFirst().orElse("").replaceFirst("^\uFEFF", ""));
            try (MappingIterator<String[]> rows = CSV.readerFor(String[].class).readValues(line)) {
                List<String> header = rows.hasNextValue() ? List.of(rows.nextValue()) : List.of();
                return column(header, PATH).isPresent() && column(header, LABEL).isPresent();
            }
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public Dataset open(TrainValidationSplit rule, List<String> classNames) throws IOException {
        return images().dataset(rule, ClassNames.in(folder()), classNames);
    }

    @Override
    public EvaluationSet openForEvaluation(List<String> classNames, List<String> wnids) throws IOException {
        return images().evaluation(ClassNames.in(folder()), classNames, wnids);
    }

    private Path folder() {
        return file.toAbsolutePath().normalize().resolveSibling("");
    }

    private LabeledImages images() throws IOException {
        if (RegularFile.size(file) > MOST_BYTES) {
            throw new DatasetException(file + " has " + RegularFile.size(file) + " bytes; the limit is " + MOST_BYTES);
        }
        LabeledImages images = new LabeledImages(file.toString());
        Map<SourcePart, List<Sample>> parts = new EnumMap<>(SourcePart.class);
        try (BufferedReader text = new BufferedReader(new InputStreamReader(RegularFile.open(file),
                StandardCharsets.UTF_8.newDecoder()))) {
            skipByteOrderMark(text);
            read(text, images, parts);
        } catch (CharacterCodingException e) {
            throw new DatasetException(file + " is not UTF-8; save it as CSV in UTF-8", e);
        } catch (JsonProcessingException e) {
            throw new DatasetException(file + " cannot be understood: " + e.getOriginalMessage(), e);
        }
        parts.forEach(images::add);
        if (images.isEmpty()) {
            throw new DatasetException(file + " lists no pictures; expected a line for each after the first");
        }
        return images;
    }

    private static void skipByteOrderMark(Reader text) throws IOException {
        text.mark(1);
        if (text.read() != '\uFEFF') {
            text.reset();
        }
    }

    private void read(Reader text, LabeledImages images, Map<SourcePart, List<Sample>> parts) throws IOException {
        Map<Path, Integer> lines = new HashMap<>();
        try (MappingIterator<String[]> rows = CSV.readerFor(String[].class).readValues(text)) {
            List<String> header = rows.hasNextValue() ? List.of(rows.nextValue()) : List.of();
            int path = column(header, PATH).orElseThrow(() -> missing(header));
            int label = column(header, LABEL).orElseThrow(() -> missing(header));
            OptionalInt split = column(header, SPLIT);
            while (rows.hasNextValue()) {
                String[] row = rows.nextValue();
                int line = rows.getCurrentLocation().getLineNr() - 1;
                String where = file + ", line " + line;
                if (row.length != header.size()) {
                    throw new DatasetException(where + " has " + row.length + " fields; expected " + header.size()
                            + (row.length < header.size() ? "" : ". Put texts with commas in quotes"));
                }
                Path picture = picture(row[path], where);
                Integer before = lines.putIfAbsent(picture, line);
                if (before != null) {
                    throw new DatasetException(where + " lists " + row[path] + " again, after line " + before);
                }
                SourcePart part = split.isEmpty() ? SourcePart.TRAINING : part(row[split.getAsInt()], where);
                parts.computeIfAbsent(part, _ -> new ArrayList<>())
                        .add(new Sample(new Listed(picture), images.code(row[label], where), row[path]));
            }
        }
    }

    private DatasetException missing(List<String> header) {
        if (header.size() == 1 && header.getFirst().contains(";")) {
            return new DatasetException("the first line of " + file + " separates its columns by ;, expected commas."
                    + " Save the file with commas");
        }
        return new DatasetException("the first line of " + file + " names the columns " + ClassNames.listed(header)
                + "; expected " + PATH.getFirst() + " and " + LABEL.getFirst() + " among them");
    }

    private static OptionalInt column(List<String> header, List<String> names) {
        return IntStream.range(0, header.size())
                .filter(i -> names.contains(header.get(i).strip().toLowerCase(Locale.ROOT))).findFirst();
    }

    private Path picture(String text, String where) throws DatasetException {
        try {
            Path path = folder().resolve(text).normalize();
            if (text.isBlank() || !(Path.of(text).isAbsolute() || path.startsWith(folder()))) {
                throw new DatasetException(where + " names '" + text + "'; expected a file below " + folder()
                        + ", or an absolute path");
            }
            return path;
        } catch (InvalidPathException e) {
            throw new DatasetException(where + " names '" + text + "', which is no path: " + e.getReason(), e);
        }
    }

    private static SourcePart part(String name, String where) throws DatasetException {
        return SourcePart.named(name.strip()).orElseThrow(() -> new DatasetException(
                where + " has the split '" + name + "'; expected train, val or test"));
    }

    /// A picture that the file lists, which need not be there.
    private record Listed(Path file) implements Sample.Source {
        @Override
        public Optional<Path> path() {
            return Optional.of(file);
        }

        @Override
        public Content content() throws IOException, UnreadableImageException {
            if (!Files.isRegularFile(file)) {
                throw new UnreadableImageException(Files.exists(file) ? "not a file" : "there is no such file");
            }
            return new ImageFile(file).content();
        }

        @Override
        public long stamp() {
            return new ImageFile(file).stamp();
        }
    }
}
