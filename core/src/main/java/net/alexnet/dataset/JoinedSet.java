package net.alexnet.dataset;

import java.io.IOException;
import java.util.List;
import net.alexnet.image.Picture;
import net.alexnet.image.UnreadablePictureException;

/// Two sets of the same classes as one.
record JoinedSet(PictureSet first, PictureSet second) implements PictureSet {
    private interface Look<T, E extends Exception> {
        T at(PictureSet set, int index) throws E;
    }

    private <T, E extends Exception> T look(int index, Look<T, E> look) throws E {
        return index < first.size() ? look.at(first, index) : look.at(second, index - first.size());
    }

    @Override
    public List<String> classes() {
        return first.classes();
    }

    @Override
    public int size() {
        return first.size() + second.size();
    }

    @Override
    public int label(int index) {
        return look(index, PictureSet::label);
    }

    @Override
    public String name(int index) {
        return look(index, PictureSet::name);
    }

    @Override
    public long stamp(int index) {
        return look(index, PictureSet::stamp);
    }

    @Override
    public Content content(int index) throws IOException, UnreadablePictureException {
        return index < first.size() ? first.content(index) : second.content(index - first.size());
    }

    @Override
    public Picture picture(int index) throws UnreadablePictureException {
        return look(index, PictureSet::picture);
    }

    @Override
    public Picture picture(int index, byte[] samples) throws UnreadablePictureException {
        return look(index, (set, i) -> set.picture(i, samples));
    }
}
