require "json"

# Each process of parallel_tests has a clone of its own. It gets a random name: the processes of all shards of a CI run have the same numbers.
made = IO.popen(["npx", "offshoot", "clone", "--json"], &:read)
raise "offshoot made no clone" unless $?.success?

# DATABASE_URL, and the PG* variables that psql and pg_dump read.
clone = JSON.parse(made)
ENV.update(clone["variables"])

RSpec.configure do |config|
  config.after(:suite) { system("npx", "offshoot", "clone", "--delete", clone["name"], out: File::NULL) }
end
