#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/child.h"
#include "bench/sections.h"

namespace weir::bench {
namespace {

// CPU time of a read, against fio's engine of the same name.
constexpr double reads_limit = 1.10;
constexpr unsigned depth = 32;
constexpr std::size_t file_mib = 256;

// Removed when the section ends. Beside the programs, which are on a disk: a temporary folder may
// be memory, which knows no O_DIRECT.
class LargeFile {
 public:
  explicit LargeFile(std::filesystem::path path) : path_(std::move(path)) {
    std::string mib(1 << 20, '\0');
    std::uint64_t state = 1;
    std::ofstream file(path_, std::ios::binary);
    for (std::size_t i = 0; i < file_mib; ++i) {
      for (char& byte : mib) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        byte = static_cast<char>(state >> 56);
      }
      file.write(mib.data(), static_cast<std::streamsize>(mib.size()));
    }
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path_.string());
  }
  ~LargeFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  LargeFile(LargeFile const&) = delete;
  LargeFile& operator=(LargeFile const&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

bool has_fio() {
  try {
    Child fio({"/usr/bin/env", "fio", "--version"});
    return fio.finish().starts_with("fio");
  } catch (std::runtime_error const&) {
    return false;
  }
}

nlohmann::json run_weir(Options const& options, std::string const& path, unsigned seed) {
  return run_for_json({options.program("file_reads"), "--file", path, "--depth",
                       std::to_string(depth), "--seconds", fmt::format("{}", options.seconds * 3),
                       "--warmup", fmt::format("{}", options.warmup), "--cpu",
                       std::to_string(options.server_cpu), "--seed", std::to_string(seed)});
}

// With all that makes it cheaper: registered memory and files, hardly a look at the clock.
nlohmann::json run_fio(Options const& options, std::string const& path, unsigned seed) {
  Child fio({"/usr/bin/env",
             "fio",
             "--name=reads",
             "--filename=" + path,
             "--rw=randread",
             "--bs=4k",
             fmt::format("--iodepth={}", depth),
             "--ioengine=io_uring",
             "--direct=1",
             "--fixedbufs=1",
             "--registerfiles=1",
             "--norandommap=1",
             "--gtod_reduce=1",
             "--thread=0",
             "--time_based=1",
             fmt::format("--randseed={}", seed),
             fmt::format("--cpus_allowed={}", options.server_cpu),
             fmt::format("--ramp_time={}ms", static_cast<int>(options.warmup * 1000)),
             fmt::format("--runtime={}ms", static_cast<int>(options.seconds * 3000)),
             "--output-format=json"});
  std::string const text = fio.finish();
  nlohmann::json const job = nlohmann::json::parse(text.substr(text.find('{'))).at("jobs").at(0);
  double const reads = job.at("read").at("total_ios").get<double>();
  double const runtime_ms = job.at("read").at("runtime").get<double>();
  double const busy = (job.at("usr_cpu").get<double>() + job.at("sys_cpu").get<double>()) / 100;
  return {{"reads", reads},
          {"cpu_ns_per_read", busy * runtime_ms * 1e6 / reads},
          {"reads_per_s", reads * 1000 / runtime_ms}};
}

}  // namespace

void measure_files(Options const& options, Report& report) {
  report.begin_section("files: random reads of 4 KiB, 32 at a time");
  if (!has_fio()) {
    report.note("fio is not installed (scripts/setup bench): nothing to compare with");
    return;
  }
  LargeFile const file(options.programs / "file_reads.data");
  std::vector<double> weir;
  std::vector<double> fio;
  std::vector<double> rate;
  for (unsigned i = 0; i < options.repetitions; ++i) {
    unsigned const seed = static_cast<unsigned>(options.seed) + i;
    bool const weir_first = (seed & 1) != 0;
    nlohmann::json ours;
    if (weir_first) ours = run_weir(options, file.path(), seed);
    nlohmann::json theirs = run_fio(options, file.path(), seed);
    if (!weir_first) ours = run_weir(options, file.path(), seed);
    weir.push_back(ours.at("cpu_ns_per_read").get<double>());
    fio.push_back(theirs.at("cpu_ns_per_read").get<double>());
    rate.push_back(ours.at("reads_per_s").get<double>() / theirs.at("reads_per_s").get<double>());
    report.add_sample(
        {{"section", "files"}, {"weir", std::move(ours)}, {"fio", std::move(theirs)}});
  }
  report.add(paired("files/random_reads", weir, fio, reads_limit, "ns"));
  report.note(fmt::format("reads per second: {:.2f} of fio's", median(rate)));
}

}  // namespace weir::bench
