package net.alexnet.server;

/// What answers the requests of an address.
@FunctionalInterface
public interface Endpoint {
    /// Answers a request. It is called on a virtual thread of its own and may block.
    ///
    /// @throws HttpFailure to answer with an error
    /// @throws Exception for a failure that is not the caller's: it gets a 500 with an id and no further words
    Reply answer(Call call) throws Exception;

    /// What begins an event stream.
    @FunctionalInterface
    interface Events {
        /// Takes over a stream. Events may be sent from here on, by any thread; the stream stays open until one side
        /// closes it.
        ///
        /// @param stream knows by [EventStream#lastEventId()] what the client has seen already
        /// @throws HttpFailure to answer with an error instead
        void open(Call call, EventStream stream) throws Exception;
    }
}
