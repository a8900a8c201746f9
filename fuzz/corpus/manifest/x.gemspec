Gem::Specification.new do |s|
  s.add_dependency 'a', '>= 1'
  s.add_development_dependency('b')
end
