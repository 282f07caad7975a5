package net.alexnet.data;

import module java.base;

/// Pictures in files of many, which a [PictureTable.Reader] opens. Names of numbered classes are taken from the files, or
/// from `classes.txt` beside them. Parts are told apart as [SourceFiles] says.
record PictureTables(Path source, SourceFiles files, PictureTable.Reader reader) implements Datasets.Format {
    static PictureTables in(Path source, PictureTable.Reader reader) throws IOException {
        return new PictureTables(source, SourceFiles.of(source, reader::reads), reader);
    }

    @Override
    public boolean present() {
        return !files.isEmpty();
    }

    @Override
    public Dataset open(TrainValidationSplit rule, List<String> classNames) throws IOException {
        Opened opened = new Opened(Set.of(SourcePart.values()));
        return opened.images.dataset(rule, opened.names, classNames);
    }

    @Override
    public EvaluationSet openForEvaluation(List<String> classNames, List<String> wnids) throws IOException {
        Opened opened = new Opened(SourcePart.evaluated(files.parts().keySet()));
        return opened.images.evaluation(opened.names, classNames, wnids);
    }

    /// The labels of a file as the `datasets` of Hugging Face has a test set whose labels are kept secret: the number of a
    /// class cannot be negative.
    private static final List<String> UNLABELED = List.of("-1");

    private final class Opened {
        private final LabeledImages images = new LabeledImages(source.toString());
        private Optional<List<String>> names = Optional.empty();

        Opened(Set<SourcePart> parts) throws IOException {
            for (Map.Entry<SourcePart, List<Path>> part : files.parts().entrySet()) {
                for (Path file : parts.contains(part.getKey()) ? part.getValue() : List.<Path>of()) {
                    images.add(part.getKey(), samples(file));
                }
            }
            if (images.isEmpty()) {
                throw new DatasetException(source + " holds no pictures" + images.unlabeledClause());
            }
            if (names.isEmpty()) {
                names = ClassNames.in(files.root());
            }
        }

        private List<Sample> samples(Path file) throws IOException {
            PictureTable table = reader.open(file);
            if (!table.classes().isEmpty()) {
                if (names.isPresent() && !names.get().equals(table.classes())) {
                    throw new DatasetException(file + " has the classes " + ClassNames.listed(table.classes())
                            + "; the files before it have " + ClassNames.listed(names.get()));
                }
                ClassNames.requireDistinct(file.toString(), table.classes());
                names = Optional.of(table.classes());
            }
            if (!table.classes().isEmpty() && table.labels().equals(UNLABELED)) {
                images.leaveOutUnlabeled(files.name(file));
                return List.of();
            }
            int[] codes = new int[table.labels().size()];
            for (int i = 0; i < codes.length; i++) {
                codes[i] = images.code(table.labels().get(i), "a picture of " + file);
            }
            String prefix = files.name(file) + "#";
            return ImageDataset.list(table.codes().length,
                    i -> new Sample(table.pictures().apply(i), codes[table.codes()[i]], prefix + i));
        }
    }
}
