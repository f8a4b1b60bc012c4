package samples;

/** What a sample finds wrong it throws. */
record Sample(String name, Work run) {
    interface Work {
        void on(Tour tour) throws Exception;
    }
}
