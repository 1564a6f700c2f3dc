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
end
