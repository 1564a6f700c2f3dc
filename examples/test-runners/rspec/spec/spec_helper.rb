# parallel_tests sets TEST_ENV_NUMBER: "", "2", "3", and so on.
clone = "worker-#{ENV.fetch("TEST_ENV_NUMBER", "").then { |number| number.empty? ? "1" : number }}"
ENV["DATABASE_URL"] = IO.popen(["npx", "offshoot", "clone", clone], &:read).strip
raise "offshoot made no clone" if ENV["DATABASE_URL"].empty?

RSpec.configure do |config|
  config.after(:suite) { system("npx", "offshoot", "clone", "--delete", clone) }
end
