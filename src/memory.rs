//! How the allocator treats what is freed.

/// Bytes that a heap may keep free before it gives them back, which is twice as much as this.
const KEPT: usize = 8 << 20;

/// Lets the process keep memory that it will need again at once.
///
/// glibc gives the end of a heap back to the kernel as soon as 128 KB of it are free. A run that frees a batch of documents and
/// takes up the next one then spends a fifth of its time on page faults (measured on `sign`). A block that is mapped and
/// unmapped raises that bound (mallopt(3), M_MMAP_THRESHOLD, "dynamic"); its pages are never touched, so it costs nothing.
/// Other allocators see a block come and go.
pub fn keep_what_is_freed() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(KEPT)));
}
