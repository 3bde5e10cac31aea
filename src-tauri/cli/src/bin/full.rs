//! `daypass` with everything in it; people call it `daypass`.

fn main() -> std::process::ExitCode {
    daypass_terminal::main()
}
