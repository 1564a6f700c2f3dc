require_relative "spec_helper"
require "pg"

RSpec.describe "notes" do
  it "has a database of its own" do
    connection = PG.connect(ENV.fetch("DATABASE_URL"))
    connection.exec("insert into note (text) values ('milk')")
    expect(connection.exec("select count(*) as n from note")[0]["n"]).to eq("2")
  ensure
    connection&.close
  end

  it "has the same database for programs that read PGDATABASE" do
    here, there = [PG.connect(ENV.fetch("DATABASE_URL")), PG.connect].map(&:db)
    expect(there).to eq(here)
  end
end
